FROM python:3.13-slim-trixie AS packages

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /srv/wardlight/venv
COPY requirements.txt /srv/wardlight/
RUN /srv/wardlight/venv/bin/pip install --require-hashes --requirement /srv/wardlight/requirements.txt


FROM python:3.13-slim-trixie

# What WeasyPrint loads, and the font for Chinese, Japanese and Korean names in PDFs.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends \
    fonts-noto-cjk libfontconfig1 libharfbuzz-subset0 libharfbuzz0b libpango-1.0-0 libpangoft2-1.0-0 \
  && rm -rf /var/lib/apt/lists/*

RUN useradd --system --uid 10001 --home-dir /var/lib/wardlight --create-home --shell /usr/sbin/nologin wardlight

ENV PATH=/srv/wardlight/venv/bin:$PATH \
  PYTHONUNBUFFERED=1 \
  PYTHONDONTWRITEBYTECODE=1 \
  DJANGO_SETTINGS_MODULE=config.settings.production \
  DATA_DIR=/var/lib/wardlight \
  STATIC_ROOT=/srv/wardlight/static \
  BIND_ADDRESS=0.0.0.0 \
  PORT=8000

COPY --from=packages /srv/wardlight/venv /srv/wardlight/venv
WORKDIR /srv/wardlight/portal
COPY . .

# Collecting needs settings that are fit for production; these secrets are gone with the command.
RUN env $(python -m script.local.keys) \
  ALLOWED_HOSTS=build.example SITE_URL=https://build.example EMAIL_URL=smtp://localhost \
  DATABASE_URL=postgresql://localhost/build REDIS_URL=redis://localhost/0 \
  python manage.py collectstatic --no-input --verbosity 0

USER wardlight
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s CMD ["python", "-m", "script.local.probe"]
CMD ["gunicorn", "config.wsgi", "--config", "python:config.gunicorn"]
